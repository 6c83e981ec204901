import { PageFrame } from '../../components/PageFrame'
export function RequestPage() {
  return <PageFrame title="Request"> </PageFrame>
}

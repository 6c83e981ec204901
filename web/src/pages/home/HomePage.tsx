import { PageFrame } from '../../components/PageFrame'
export function HomePage() {
  return <PageFrame title="Home"> </PageFrame>
}

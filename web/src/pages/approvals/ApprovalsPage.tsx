import { PageFrame } from '../../components/PageFrame'
export function ApprovalsPage() {
  return <PageFrame title="Approvals"> </PageFrame>
}

import { Sessions } from '../../modules/account/Sessions'
import { AdminFrame } from '../../modules/admin/AdminFrame'

export const SessionsAdmin = () => (
  <AdminFrame to="/admin/sessions" title="Sessions" sub="Who is signed in where.">
    <Sessions all />
  </AdminFrame>
)

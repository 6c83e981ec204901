import { Sessions } from '../../modules/account/Sessions'
import { AdminFrame } from './AdminFrame'

export const SessionsAdmin = () => (
  <AdminFrame to="/admin/sessions" title="Sessions" sub="Who is signed in where.">
    <Sessions all />
  </AdminFrame>
)

import { Tokens } from '../../modules/account/Tokens'
import { AdminFrame } from '../../modules/admin/AdminFrame'

export const TokensAdmin = () => (
  <AdminFrame
    to="/admin/tokens"
    title="Tokens"
    sub="Of everybody. Each acts as its person, within what it is allowed."
  >
    <Tokens all />
  </AdminFrame>
)

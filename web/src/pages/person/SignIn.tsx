import { Sessions } from '../../modules/account/Sessions'
import { Tokens } from '../../modules/account/Tokens'

/** SignIn is where one is signed in, and the tokens that act as oneself. */
export function SignIn() {
  return (
    <div className="grid gap-8">
      <section aria-labelledby="sessions" className="grid gap-3">
        <h2 id="sessions" className="font-semibold">
          Where you are signed in
        </h2>
        <Sessions />
      </section>
      <section aria-labelledby="tokens" className="grid gap-3">
        <h2 id="tokens" className="font-semibold">
          Your tokens
        </h2>
        <Tokens />
      </section>
    </div>
  )
}

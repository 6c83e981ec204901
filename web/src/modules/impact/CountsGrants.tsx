/** CountsGrants stands behind a refusal that would cut many grants: its number is not that of the people in what changes. */
export const CountsGrants = () => (
  <span className="mt-1 block">
    This counts grants. The list of what changes counts what people have in the end: several may have it by
    one grant to a role, and who has another grant that lasts loses nothing.
  </span>
)

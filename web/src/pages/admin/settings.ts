// A connection's settings while they are edited. Secrets are only ever written.
import type { Connection, ConnectorField, ConnectorKind } from '../../api/connection'

export type Values = Record<string, string>

/** startValues are what the form begins with: what is stored, else the defaults. Secrets begin empty. */
export function startValues(kind: ConnectorKind, stored?: Connection): Values {
  const out: Values = {}
  for (const f of kind.fields ?? [])
    out[f.name] = f.secret ? '' : (stored?.settings?.[f.name] ?? (stored ? '' : (f.default ?? '')))
  return out
}

/** changedValues are the settings to send: those that differ. A secret that was left empty keeps its value. */
export function changedValues(kind: ConnectorKind, values: Values, stored?: Connection): Values {
  const before = startValues(kind, stored)
  const out: Values = {}
  for (const f of kind.fields ?? []) {
    const value = values[f.name] ?? ''
    if (f.secret ? value !== '' : stored ? value !== before[f.name] : value !== '') out[f.name] = value
  }
  return out
}

/** settingFaults finds required settings that are empty. A secret that is stored is not empty. */
export function settingFaults(kind: ConnectorKind, values: Values, stored?: Connection): Values {
  const out: Values = {}
  for (const f of kind.fields ?? []) {
    if (!f.required || values[f.name]?.trim()) continue
    if (f.secret && stored?.secrets?.includes(f.name)) continue
    out[`settings.${f.name}`] = `${f.title} is needed.`
  }
  return out
}

export const advanced = (f: ConnectorField) => !!f.advanced && !f.required

import { useEffect, useState } from 'react'

/** useSettled is a value as it was when it had not changed for so many milliseconds: nobody types. */
export function useSettled<T>(value: T, ms = 250): T {
  const text = JSON.stringify(value)
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return JSON.parse(settled) as T
}

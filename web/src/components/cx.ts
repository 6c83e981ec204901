import clsx from 'clsx'

/** cx joins class names and drops what is false. */
export const cx = clsx

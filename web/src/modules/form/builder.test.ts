import { describe, expect, it } from 'vitest'
import { cleanForm, dropField, formFaults, nameOf, putField } from './builder'

describe('building a form', () => {
  it('names fields by their titles, each once', () => {
    expect(nameOf('Which model?', [])).toBe('which_model')
    expect(nameOf('Größe', [])).toBe('grosse')
    expect(nameOf('2nd line', [])).toBe('nd_line')
    expect(nameOf('???', [])).toBe('field')
    expect(nameOf('Model', ['model', 'model_2'])).toBe('model_3')
  })
  it('finds what the server would refuse', () => {
    const faults = formFaults({
      fields: [
        { name: 'a', title: '', type: 'text' },
        { name: 'a', title: 'Again', type: 'choice', choices: [' '] },
        { name: 'Bad', title: 'Bad', type: 'number', min: 3, max: 1 },
        { name: 'c', title: 'C', type: 'text', visible_if: { field: 'later', in: ['x'] } },
        { name: 'later', title: 'Later', type: 'text' },
      ],
    })
    expect(Object.keys(faults).sort()).toEqual([
      'form.fields[0].title',
      'form.fields[1].choices',
      'form.fields[1].name',
      'form.fields[2].min',
      'form.fields[2].name',
      'form.fields[3].visible_if',
    ])
  })
  it('drops what does not belong to a type', () => {
    expect(
      cleanForm({
        fields: [
          {
            name: 'n',
            title: ' How many ',
            type: 'number',
            choices: ['x'],
            pattern: '.+',
            min: 1,
            required: false,
            help: ' ',
          },
        ],
      }),
    ).toEqual({ fields: [{ name: 'n', title: 'How many', type: 'number', min: 1 }] })
    expect(cleanForm({ fields: [] })).toEqual({})
  })
  it('keeps conditions whole when a field is renamed or removed', () => {
    const form = {
      fields: [
        { name: 'kind', title: 'Kind', type: 'choice' as const, choices: ['a'] },
        { name: 'more', title: 'More', type: 'text' as const, visible_if: { field: 'kind', in: ['a'] } },
      ],
    }
    const renamed = putField(form, 0, { name: 'sort', title: 'Sort', type: 'choice', choices: ['a'] })
    expect(renamed.fields?.[1]?.visible_if?.field).toBe('sort')
    expect(dropField(form, 0).fields).toEqual([
      { name: 'more', title: 'More', type: 'text', visible_if: undefined },
    ])
  })
})

/** What the forms of an account take, as the API does. */
export const EMAIL = {
  required: 'Enter an e-mail address.',
  maxLength: { value: 254, message: 'An address has up to 254 characters.' },
  pattern: {
    value: /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}$/,
    message: 'Enter an e-mail address.',
  },
} as const;

export const PASSWORD = {
  required: 'At least 12 characters.',
  minLength: { value: 12, message: 'At least 12 characters.' },
  maxLength: { value: 256, message: 'Up to 256 characters.' },
  pattern: { value: /^\S(.*\S)?$/, message: 'No space at its beginning or end.' },
} as const;

export const CODE = {
  required: 'Enter the digits of the code.',
  pattern: { value: /^[0-9]{4,10}$/, message: 'Enter the digits of the code.' },
} as const;

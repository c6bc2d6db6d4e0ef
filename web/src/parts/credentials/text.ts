export const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

export const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

import type { components } from '@/api/schema';

/** The models of the API by their names: `Api<'JobView'>`. */
export type Api<Name extends keyof components['schemas']> = components['schemas'][Name];

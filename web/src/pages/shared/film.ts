import type { Api } from '@/api/types';
import type { Film } from '@/parts/Player';

/** What a guest is shown, for the player. */
export const filmOf = ({ links, aspect_ratio: aspect, burn_captions: isBurnt }: Api<'SharedVideo'>): Film => ({
  video: links.video ?? '',
  thumbnail: links.thumbnail,
  captions: links.captions,
  isBurnt,
  aspect,
  version: 'shared',
});

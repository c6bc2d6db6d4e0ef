import type { Api } from '@/api/types';
import type { Film } from '@/parts/Player';
import { FPS, MIX } from '@/parts/scenes';
import type { Chapter } from '@/parts/Timeline';

/** The job's video; null as long as there is none. */
export function filmOf({ links, request, updated_at: version }: Api<'JobView'>): Film | null {
  if (!links.video) return null;
  const { aspect_ratio: aspect, burn_captions: isBurnt } = request;
  return { video: links.video, thumbnail: links.thumbnail, captions: links.captions, isBurnt, aspect, version };
}

/** Its scenes. Each begins where the transition to it does, which the one before shares. */
export function chaptersOf(job: Api<'JobView'>): Chapter[] {
  let startsAt = 0;
  return (job.storyboard?.scenes ?? []).map(({ number, prompt, duration_s, transition }, index, scenes) => {
    const isMixed = transition !== 'cut' && index < scenes.length - 1;
    const chapter = { number, prompt, startsAt, lastsFor: duration_s - (isMixed ? MIX / FPS : 0) };
    startsAt += chapter.lastsFor;
    return chapter;
  });
}

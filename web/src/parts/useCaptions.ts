import { useQuery } from '@tanstack/react-query';

/** The address of a video's captions, for a track: as they lie elsewhere, a track of this page could not load them. */
export function useCaptions(link: string | undefined, version: string): string | undefined {
  const { data } = useQuery({
    queryKey: ['captions', link, version],
    enabled: link !== undefined,
    queryFn: async () => {
      const answer = await fetch(link ?? '');
      if (!answer.ok) throw new Error(`captions: ${String(answer.status)}`);
      // A few kilobytes for as long as the page lives: a video's captions are asked for once.
      return URL.createObjectURL(new Blob([await answer.text()], { type: 'text/vtt' }));
    },
    staleTime: Infinity,
    gcTime: Infinity,
    retry: false,
  });
  return data;
}

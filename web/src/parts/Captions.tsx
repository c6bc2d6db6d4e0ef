import { useEffect, type RefObject } from 'react';
import { useStored } from '@/lib/useStored';
import { Switch } from '@/ui/Switch';

interface Props {
  isBurnt: boolean;
  video: RefObject<HTMLVideoElement | null>;
}

function show(tracks: TextTrackList, isOn: boolean): void {
  for (const track of tracks) track.mode = isOn ? 'showing' : 'hidden';
}

/** Whether what is said can be read. The player's own button does the same. */
export function Captions({ isBurnt, video }: Props) {
  const [{ isOn }, setCaptions] = useStored('omnigen.captions', { isOn: true });
  useEffect(() => {
    const tracks = video.current?.textTracks;
    if (!tracks) return undefined;
    const begin = () => {
      show(tracks, isOn);
    };
    const follow = () => {
      const isShown = tracks[0]?.mode === 'showing';
      if (isShown !== isOn) setCaptions({ isOn: isShown });
    };
    begin();
    tracks.addEventListener('addtrack', begin);
    tracks.addEventListener('change', follow);
    return () => {
      tracks.removeEventListener('addtrack', begin);
      tracks.removeEventListener('change', follow);
    };
  }, [video, isOn, setCaptions]);
  if (isBurnt) return <p>The captions are drawn into the pictures: they cannot be switched off.</p>;
  return (
    <Switch
      label="Captions"
      checked={isOn}
      onChange={(isWished) => {
        setCaptions({ isOn: isWished });
      }}
    />
  );
}

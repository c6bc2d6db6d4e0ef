import type { Api } from '@/api/types';
import { isFollowed } from '@/pages/video/retakes';
import { Switch } from '@/ui/Switch';

interface Props {
  job: Api<'JobView'>;
  number: number;
  checked: boolean;
  onChange: (isOn: boolean) => void;
}

/** In a chained video: whether the scenes that begin where this one ends are made anew, too. */
export function Following({ job, number, checked, onChange }: Props) {
  if (!isFollowed(job, number)) return null;
  return (
    <Switch
      label="Make the later scenes anew, too"
      hint="Each begins with the last picture of the one before; without this there will be a jump."
      checked={checked}
      onChange={onChange}
    />
  );
}

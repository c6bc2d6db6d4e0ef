import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { Api } from '@/api/types';
import { oneOf } from '@/lib/search';
import { ExportRow } from '@/pages/video/ExportRow';
import { Button } from '@/ui/Button';
import { Field } from '@/ui/Field';
import { Select } from '@/ui/Select';
import styles from '@/pages/video/Details.module.css';

const FORMATS: readonly (readonly [Api<'ExportFormat'>, string])[] = [
  ['mp4', 'MP4'],
  ['webm', 'WebM'],
  ['webp', 'Animated preview (WebP)'],
  ['hls', 'HLS stream'],
  ['sheet', 'Contact sheet'],
];
const SHAPES: readonly (readonly [Api<'ExportShape'>, string])[] = [
  ['16:9', '16:9, wide'],
  ['9:16', '9:16, upright'],
  ['1:1', '1:1, square'],
  ['4:5', '4:5, upright'],
];

interface Props {
  jobId: string;
}

/** The video in other shapes and formats. Nothing is generated for it, so it costs nothing. */
export function Exports({ jobId }: Props) {
  const [format, setFormat] = useState<Api<'ExportFormat'>>('mp4');
  const [shape, setShape] = useState<Api<'ExportShape'> | undefined>('9:16');
  const [made, setMade] = useState<string[]>([]);
  const order = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/jobs/{job_id}/exports', {
          params: { path: { job_id: jobId } },
          body: { format, fit: 'blur', ...(shape ? { aspect_ratio: shape } : {}) },
        }),
      ),
    onSuccess: ({ export_id }) => {
      setMade((former) => [export_id, ...former.filter((each) => each !== export_id)]);
    },
  });
  return (
    <div className={styles.exports}>
      <div className={styles.form}>
        <Field label="Format">
          {(control) => (
            <Select
              {...control}
              value={format}
              onChange={(event) => {
                setFormat(oneOf(event.target.value, FORMATS.map(([value]) => value)) ?? 'mp4');
              }}
            >
              {FORMATS.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label="Shape">
          {(control) => (
            <Select
              {...control}
              value={shape ?? ''}
              onChange={(event) => {
                setShape(oneOf(event.target.value, SHAPES.map(([value]) => value)));
              }}
            >
              <option value="">As it is</option>
              {SHAPES.map(([value, words]) => (
                <option key={value} value={value}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Button
          busy={order.isPending}
          onClick={() => {
            order.mutate();
          }}
        >
          Make it
        </Button>
      </div>
      <ul className={styles.list}>
        {made.map((exportId) => (
          <ExportRow key={exportId} jobId={jobId} exportId={exportId} />
        ))}
      </ul>
    </div>
  );
}

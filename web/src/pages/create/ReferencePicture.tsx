import { ImagePlus } from 'lucide-react';
import { useEffect, useId, useState, type DragEvent } from 'react';
import { Picture } from '@/pages/create/Picture';
import { useUpload } from '@/pages/create/useUpload';
import { Button } from '@/ui/Button';
import styles from '@/pages/create/ReferencePicture.module.css';

interface Props {
  uploadId: string;
  isNeeded: boolean;
  onChange: (uploadId: string) => void;
}

/** A picture of the subject: chosen, dropped here, or pasted anywhere on the page. */
export function ReferencePicture({ uploadId, isNeeded, onChange }: Props) {
  const id = useId();
  const [isOver, setIsOver] = useState(false);
  const upload = useUpload(onChange);
  const { mutate } = upload;
  // Of what was chosen in an earlier page only the upload is known.
  const file = uploadId !== '' && upload.data === uploadId ? upload.variables : null;
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const file = [...(event.clipboardData?.files ?? [])].find((one) => one.type.startsWith('image/'));
      if (file) mutate(file);
    };
    document.addEventListener('paste', paste);
    return () => {
      document.removeEventListener('paste', paste);
    };
  }, [mutate]);
  const take = (file: File | undefined) => {
    if (file) mutate(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    // Dropping is a pointer's shortcut; whoever has none chooses a file by the field within.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      role="group"
      aria-labelledby={`${id}-label`}
      className={styles.area}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => {
        setIsOver(false);
      }}
      onDrop={drop}
    >
      {file ? <Picture file={file} /> : <ImagePlus size={24} aria-hidden className={styles.icon} />}
      <div className={styles.words}>
        <label id={`${id}-label`} htmlFor={id} className={styles.label}>
          Reference picture{isNeeded ? ', which this model needs' : ''}
        </label>
        <p className={styles.hint} role="status">
          {upload.isPending ? 'It is being sent…' : null}
          {!upload.isPending && uploadId ? 'A picture is with this order.' : null}
          {!upload.isPending && !uploadId ? 'Choose one, drop it here or paste it: PNG, JPEG or WebP, 20 MB at most.' : null}
        </p>
        <input
          id={id}
          type="file"
          accept="image/png,image/jpeg,image/webp"
          className={styles.file}
          onChange={(event) => {
            take(event.target.files?.[0]);
          }}
        />
      </div>
      {uploadId ? (
        <Button
          variant="quiet"
          onClick={() => {
            onChange('');
          }}
        >
          Leave it out
        </Button>
      ) : null}
    </div>
  );
}

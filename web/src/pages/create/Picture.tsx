import { useEffect, useRef } from 'react';
import styles from '@/pages/create/ReferencePicture.module.css';

/** A file that was chosen, as it looks. */
export function Picture({ file }: { file: File }) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const address = URL.createObjectURL(file);
    if (image.current) image.current.src = address;
    return () => {
      URL.revokeObjectURL(address);
    };
  }, [file]);
  return <img ref={image} alt="" className={styles.picture} />;
}

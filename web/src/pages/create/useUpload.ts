import { useMutation } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { connectionLost, ProblemError } from '@/api/problem';
import type { Api } from '@/api/types';

const TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/webp'];
const LOOK_AGAIN_MS = 800;

/** Puts a picture of one's own into the store, by the form that is signed for it; its id goes into an order. */
export function useUpload(onReady: (uploadId: string) => void) {
  return useMutation({
    mutationFn: async (file: File) => {
      if (!TYPES.includes(file.type)) throw new ProblemError(NO_PICTURE);
      const media_type = file.type as Api<'StillType'>;
      const opened = await unwrap(api.POST('/api/v1/uploads', { body: { purpose: 'reference_image', media_type } }));
      if (file.size > opened.limits.size_bytes) throw new ProblemError(TOO_LARGE);
      await post(opened.form, file);
      await complete(opened.upload_id);
      return opened.upload_id;
    },
    onSuccess: onReady,
  });
}

async function post(form: Api<'FormView'>, file: File): Promise<void> {
  const body = new FormData();
  for (const [name, value] of Object.entries(form.fields)) body.append(name, value);
  body.append('file', file);
  const answer = await fetch(form.url, { method: 'POST', body }).catch(() => {
    throw connectionLost();
  });
  if (!answer.ok) throw new ProblemError({ ...TOO_LARGE, status: answer.status, detail: 'The picture was not taken.' });
}

async function complete(uploadId: string): Promise<void> {
  for (;;) {
    const params = { path: { upload_id: uploadId } };
    const state = await unwrap(api.POST('/api/v1/uploads/{upload_id}/complete', { params }));
    if (state.status === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

const NO_PICTURE = {
  title: 'Not a picture',
  status: 422,
  code: 'upload_invalid',
  detail: 'This file is no picture that can be taken.',
  remedy: 'Take a PNG, JPEG or WebP.',
};
const TOO_LARGE = {
  title: 'Too large',
  status: 413,
  code: 'payload_too_large',
  detail: 'The picture is too large.',
  remedy: 'Take one of at most 20 MB.',
};

import { Toast } from '@base-ui/react/toast';
import type { Problem } from '@/api/problem';

/** The messages at the edge of the page; whatever knows something worth telling adds one. */
export const toasts = Toast.createToastManager();

export const OFFER_MS = 8000;

export function tell(title: string, description?: string): void {
  toasts.add({ title, description, type: 'good' });
}

export function tellProblem(problem: Problem): void {
  toasts.add({ title: problem.detail, description: problem.remedy, type: 'problem', priority: 'high', timeout: 12_000 });
}

export interface Offer {
  title: string;
  /** What can be pressed, such as "Undo". */
  action: string;
  onAction: () => void;
  /** It was not pressed, and cannot be any more. */
  onOver: () => void;
}

/**
 * Something that may be taken up for as long as it is shown: while somebody points at it or is in it, it stays. What is
 * returned takes it back.
 */
export function offer({ title, action, onAction, onOver }: Offer): () => void {
  let isTaken = false;
  const id = toasts.add({
    title,
    timeout: OFFER_MS,
    type: 'good',
    onClose: () => {
      if (!isTaken) onOver();
    },
    actionProps: {
      children: action,
      onClick: () => {
        isTaken = true;
        toasts.close(id);
        onAction();
      },
    },
  });
  return () => {
    toasts.close(id);
  };
}

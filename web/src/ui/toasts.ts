import { Toast } from '@base-ui/react/toast';
import type { Problem } from '@/api/problem';

/** The messages at the edge of the page; whatever knows something worth telling adds one. */
export const toasts = Toast.createToastManager();

export function tell(title: string, description?: string): void {
  toasts.add({ title, description, type: 'good' });
}

export function tellProblem(problem: Problem): void {
  toasts.add({ title: problem.detail, description: problem.remedy, type: 'problem', priority: 'high', timeout: 12_000 });
}

/** With something to press, such as "Undo". */
export function tellWithAction(title: string, action: string, onAction: () => void, timeout = 8000): void {
  const id = toasts.add({
    title,
    timeout,
    type: 'good',
    actionProps: {
      children: action,
      onClick: () => {
        toasts.close(id);
        onAction();
      },
    },
  });
}

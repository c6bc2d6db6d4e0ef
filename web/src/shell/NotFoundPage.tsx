import { Compass } from 'lucide-react';
import { EmptyState } from '@/ui/EmptyState';
import { LinkButton } from '@/ui/LinkButton';

export function NotFoundPage() {
  return (
    <EmptyState
      title="There is no such page"
      level={1}
      icon={<Compass size={36} aria-hidden />}
      action={<LinkButton to="/">To the start</LinkButton>}
    >
      The address leads nowhere. It may have been cut off when it was copied.
    </EmptyState>
  );
}

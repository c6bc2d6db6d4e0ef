import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';
import { buttonClass, type ButtonVariant } from '@/ui/buttonClass';

interface Props extends AnchorHTMLAttributes<HTMLAnchorElement> {
  variant?: ButtonVariant;
  ref?: Ref<HTMLAnchorElement>;
}

function Anchor({ variant = 'primary', className = '', children, ...rest }: Props) {
  return (
    <a {...rest} className={buttonClass(variant, className)}>
      {children}
    </a>
  );
}

/** A link to a page of the studio that looks like a button. */
export const LinkButton = createLink(Anchor);

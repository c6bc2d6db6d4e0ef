import { Sparkles } from 'lucide-react';

/** The ways around the studio for somebody who is signed in. */
export const NAVIGATION = [{ to: '/create', label: 'Create', Icon: Sparkles }] as const;

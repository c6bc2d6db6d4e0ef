import { ChartColumn, Clapperboard, Settings, Sparkles } from 'lucide-react';

/** The ways around the studio for somebody who is signed in. */
export const NAVIGATION = [
  { to: '/create', label: 'Create', Icon: Sparkles },
  { to: '/library', label: 'Library', Icon: Clapperboard },
  { to: '/usage', label: 'Usage', Icon: ChartColumn },
  { to: '/settings', label: 'Settings', Icon: Settings },
] as const;

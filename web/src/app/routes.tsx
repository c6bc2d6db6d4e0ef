import { createRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { textOf } from '@/lib/search';
import { readWanted } from '@/pages/library/wanted';
import { readTab } from '@/pages/settings/tab';
import { Members } from '@/shell/Members';
import { Shell } from '@/shell/Shell';

/*
 * Every page is a file of its own that is loaded when somebody goes there. Two kinds: those for everybody, and below
 * `members` those for people who are signed in. A new page is a route here and a folder in src/pages.
 */
const root = createRootRoute({ component: Shell });
const members = createRoute({ getParentRoute: () => root, id: 'members', component: Members });

const landing = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('@/pages/landing/LandingPage'), 'LandingPage'),
});

const signedIn = createRoute({
  getParentRoute: () => root,
  path: '/signed-in',
  component: lazyRouteComponent(() => import('@/pages/account/SignedInPage'), 'SignedInPage'),
});

const create = createRoute({
  getParentRoute: () => members,
  path: '/create',
  component: lazyRouteComponent(() => import('@/pages/create/CreatePage'), 'CreatePage'),
});

const storyboard = createRoute({
  getParentRoute: () => members,
  path: '/storyboards/$planId',
  component: lazyRouteComponent(() => import('@/pages/storyboard/StoryboardPage'), 'StoryboardPage'),
});

const readEmail = (search: Record<string, unknown>) => ({ email: textOf(search.email, 254) });

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  component: lazyRouteComponent(() => import('@/pages/account/SignUpPage'), 'SignUpPage'),
});

const confirm = createRoute({
  getParentRoute: () => root,
  path: '/confirm',
  validateSearch: readEmail,
  component: lazyRouteComponent(() => import('@/pages/account/ConfirmPage'), 'ConfirmPage'),
});

const forgot = createRoute({
  getParentRoute: () => root,
  path: '/forgot',
  component: lazyRouteComponent(() => import('@/pages/account/ForgotPage'), 'ForgotPage'),
});

const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  validateSearch: readEmail,
  component: lazyRouteComponent(() => import('@/pages/account/ResetPage'), 'ResetPage'),
});

const library = createRoute({
  getParentRoute: () => members,
  path: '/library',
  validateSearch: readWanted,
  component: lazyRouteComponent(() => import('@/pages/library/LibraryPage'), 'LibraryPage'),
});

const video = createRoute({
  getParentRoute: () => members,
  path: '/videos/$jobId',
  component: lazyRouteComponent(() => import('@/pages/video/VideoPage'), 'VideoPage'),
});

const shared = createRoute({
  getParentRoute: () => root,
  path: '/shared/$token',
  component: lazyRouteComponent(() => import('@/pages/shared/SharedPage'), 'SharedPage'),
});

const usage = createRoute({
  getParentRoute: () => members,
  path: '/usage',
  component: lazyRouteComponent(() => import('@/pages/usage/UsagePage'), 'UsagePage'),
});

const settings = createRoute({
  getParentRoute: () => members,
  path: '/settings',
  validateSearch: readTab,
  component: lazyRouteComponent(() => import('@/pages/settings/SettingsPage'), 'SettingsPage'),
});

export const routeTree = root.addChildren([
  landing,
  signedIn,
  signUp,
  confirm,
  forgot,
  reset,
  shared,
  members.addChildren([create, storyboard, library, video, usage, settings]),
]);

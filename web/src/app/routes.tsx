import { createRootRoute, createRoute, lazyRouteComponent } from '@tanstack/react-router';
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

export const routeTree = root.addChildren([landing, signedIn, members.addChildren([create])]);

/** Frames a second, and how many of them two scenes share in a transition that is no cut. */
export const FPS = 30;
export const MIX = 15;

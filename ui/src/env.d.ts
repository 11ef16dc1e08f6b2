/// <reference types="svelte" />
/// <reference types="vite/client" />

/** True in builds that carry recorded scenes (development and the screens test). */
declare const __SCENES__: boolean;

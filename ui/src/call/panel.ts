/** What is open beside the tiles. */
export type Panel = 'chat' | 'people' | 'stats' | 'record' | 'doctor';

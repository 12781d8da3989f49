/** The child of a node whose key is written with escapes between these quotes; 0: none. */
@external("host", "childOf") export declare function childOf(node: usize, from: usize, to: usize): usize;

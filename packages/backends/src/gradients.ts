// Registers every gradient of tfjs-core, which in plain Node come without: the engine and its registry are process-wide,
// so this one import serves every copy. What is registered already stays as it is; importing again does nothing.
import './generated/gradients.js';

// The engine's plain data, as the wasm package declares it. The model knows these shapes and nothing else of wasm.
export type {
  ByteString,
  ClientView,
  CommandInfo,
  KeyDetail,
  KeyPage,
  KeyRow,
  LoopEvent,
  Micros,
  Pace,
  TaskView,
  TurnResult,
  View,
} from '../wasm/redloop_wasm.js';

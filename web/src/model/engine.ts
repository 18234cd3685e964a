// The engine's plain data, as the wasm package declares it. The model knows these shapes and nothing else of wasm.
export type {
  ByteString,
  ClientView,
  CommandInfo,
  GroupDetail,
  KeyChange,
  KeyDetail,
  KeyPage,
  KeyRow,
  LoopEvent,
  Micros,
  Output,
  SketchDetail,
  StreamDetail,
  TaskView,
  TreePage,
  TreePlace,
  TreeRow,
  VectorsDetail,
  View,
} from '../wasm/redloop_wasm.js';

/** What the model of cost charges, in nanoseconds of engine time. */
export interface Pace {
  commandNs: number;
  unitNs: number;
}

// GLUE: its tasks, its files and its rows.
export { type GlueExamples, type GlueReadOptions, glueFileExamples, glueRowExamples } from './examples.ts';
export { GLUE_TASKS, type GlueMetric, type GlueName, type GlueTask, glueTask } from './tasks.ts';
export { parseTsv, type TsvRow, type TsvTable } from './tsv.ts';

import { memoryScenarios } from './memory-scenarios.ts';
import { plainScenarios } from './plain-scenarios.ts';
import type { Scenario } from './scenario.ts';
import { unhappyScenarios } from './unhappy-scenarios.ts';

export const scenarios = (): readonly Scenario[] => [
  ...plainScenarios(),
  ...memoryScenarios(),
  ...unhappyScenarios(),
];

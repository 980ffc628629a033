/** The agents of a server, and what they are for. */
export const AGENT_IDS = {
  plain: 'answers each user alone',
  public: 'answers all users alike',
  tools: 'looks things up first',
  chat: 'remembers its threads',
} as const;
export type AgentId = keyof typeof AGENT_IDS;

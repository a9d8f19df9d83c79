import type { SessionState } from '../connection/SessionOptions';
import type { Problem } from '../connection/signaling';

/** What a player shows: the session's state and problem and what is known of the picture, as one word. */
export type PlayerState =
  | 'connecting'
  | 'waiting'
  | 'live'
  | 'blocked'
  | 'no-picture'
  | 'reconnecting'
  | Exclude<Problem, 'lost'>
  | 'closed';

/** What a player's state follows from. */
export interface PlayerFacts {
  session: SessionState;
  problem: Problem | undefined;
  /** Whether the answer has video in it. */
  receives: boolean | undefined;
  /** Pictures are coming. */
  picture: boolean;
  /** The browser does not play without a touch (a phone that saves power). */
  blocked: boolean;
}

export function playerStateOf(facts: PlayerFacts): PlayerState {
  const { session, problem, receives, picture, blocked } = facts;
  if (session !== 'connected') return problem === 'lost' || !problem ? session : problem;
  if (receives === false) return 'no-picture';
  if (blocked) return 'blocked';
  return picture ? 'live' : 'waiting';
}

/** The states in plain words. */
export const stateTexts: Readonly<Record<PlayerState, string>> = {
  connecting: 'Connecting…',
  waiting: 'Waiting for the picture…',
  live: 'Live',
  blocked: 'The browser waits for your touch',
  'no-picture': 'Connected, no picture is sent',
  reconnecting: 'Reconnecting…',
  unreachable: 'The server does not answer. Trying again…',
  unauthorized: 'Token needed, or the token is wrong',
  forbidden: 'No access: the token is not accepted',
  'not-found': 'Not found: is the flow deployed?',
  full: 'The server is full. Trying again…',
  refused: 'The server refused the connection. Trying again…',
  replaced: 'Another page has taken over',
  closed: 'Closed',
};

/** The states that pass by themselves within moments, and are shown only if they last. */
export function isBrief(state: PlayerState): boolean {
  return state === 'connecting' || state === 'waiting' || state === 'reconnecting';
}

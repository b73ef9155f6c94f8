/** Injection token of `EventFeedSettings`. */
export const EVENT_FEED_SETTINGS = Symbol('event-feed-settings');

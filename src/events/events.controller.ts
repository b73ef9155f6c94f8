import { BadRequestException, Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { Open, Scopes } from '../auth/index.js';
import type { Caller } from '../identity/model.js';
import { EventFeed, type EventFeedSettings } from './event-feed.js';
import { PollFault, readPollRequest, type PollRequest } from './poll-request.js';
import { EVENT_FEED_SETTINGS } from './settings.js';

interface PollHttpRequest {
  user: Caller;
}

interface HttpReply {
  raw: { once(name: 'close', heard: () => void): unknown };
}

/** The event feed by poll (RFC 8936 §2). A receiver is the source of its token: two tokens of one source can follow each other. */
@Controller()
export class EventsController {
  constructor(
    private readonly feed: EventFeed,
    @Inject(EVENT_FEED_SETTINGS) private readonly settings: EventFeedSettings,
  ) {}

  @Scopes('events')
  @Post('events')
  @HttpCode(200)
  poll(@Body() body: unknown, @Req() request: PollHttpRequest, @Res({ passthrough: true }) reply: HttpReply) {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    return this.feed.poll(request.user.source, this.read(body), gone.signal);
  }

  /** RFC 7517 §5. */
  @Open()
  @Get('.well-known/jwks.json')
  jwks() {
    return this.feed.jwks();
  }

  private read(body: unknown): PollRequest {
    try {
      return readPollRequest(body ?? {}, this.settings.mostEvents);
    } catch (error) {
      if (!(error instanceof PollFault)) throw error;
      throw new BadRequestException({ err: 'invalid_request', description: error.message });
    }
  }
}

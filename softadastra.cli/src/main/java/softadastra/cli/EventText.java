package softadastra.cli;

import softadastra.sync.SyncEvent;

/**
 * What a node that runs says of something that has happened.
 *
 * @param json for programs
 * @param line for people
 */
record EventText(JsonObject json, String line) {

    static EventText of(SyncEvent event) {
        if (event instanceof SyncEvent.ConflictDecided decided) {
            return new EventText(
                    new JsonObject().put("conflict", SyncText.json(decided.conflict())),
                    "conflict: " + SyncText.line(decided.conflict()));
        } else if (event instanceof SyncEvent.MemberJoined joined) {
            return of("joined", joined.node().value(), "joined: " + joined.node());
        } else if (event instanceof SyncEvent.MemberFenced fenced) {
            return of(
                    "fenced",
                    fenced.node().value(),
                    "fenced: " + fenced.node() + " takes part no more, unless it comes back in another epoch");
        } else if (event instanceof SyncEvent.Rebased rebased) {
            return new EventText(
                    new JsonObject().put("rebased", rebased.written()),
                    "came back: what only this node had was written again, keys: " + rebased.written());
        } else if (event instanceof SyncEvent.OriginForked forked) {
            return of(
                    "forked",
                    forked.origin().toString(),
                    "forked: others have more of " + forked.origin()
                            + " than this log, which goes on in another epoch: was an older copy put in its place?");
        } else if (event instanceof SyncEvent.IdentityForked forked) {
            return of(
                    "identityForked",
                    forked.id().toString(),
                    "identity forked: " + Texts.visible(forked.error().display()));
        } else if (event instanceof SyncEvent.OperationFailed failed) {
            return new EventText(
                    new JsonObject().put("failed", SyncText.json(failed.failed())),
                    "failed: " + SyncText.line(failed.failed()));
        } else if (event instanceof SyncEvent.ConflictsDropped dropped) {
            return new EventText(
                    new JsonObject().put("conflictsDropped", dropped.count()),
                    "conflicts dropped: " + dropped.count()
                            + ", the oldest, for want of room: 'sync conflicts' does not" + " have them any more");
        } else if (event instanceof SyncEvent.RejectionsDropped dropped) {
            return new EventText(
                    new JsonObject()
                            .put(
                                    "rejectionsDropped",
                                    new JsonObject()
                                            .put("failed", dropped.failed())
                                            .put("untold", dropped.untold())),
                    "rejections dropped: for want of room " + dropped.failed()
                            + " of what others have rejected, which 'sync failed' does not have any more, and "
                            + dropped.untold() + " of what was rejected here, which their writers are not told");
        } else if (event instanceof SyncEvent.ContentsDiverged diverged) {
            return of(
                    "diverged",
                    diverged.peer().value(),
                    "diverged: " + diverged.peer() + " holds the same and has something else");
        } else if (event instanceof SyncEvent.ClockAnomaly anomaly) {
            return new EventText(SyncText.json(anomaly), "clock: " + SyncText.line(anomaly));
        }
        return of("event", event.toString(), "event: " + Texts.visible(event.toString()));
    }

    private static EventText of(String name, String value, String line) {
        return new EventText(new JsonObject().put(name, value), line);
    }
}

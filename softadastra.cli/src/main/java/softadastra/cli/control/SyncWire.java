package softadastra.cli.control;

import java.time.Instant;
import softadastra.core.ByteReader;
import softadastra.core.ByteWriter;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.store.OperationId;
import softadastra.store.Origin;
import softadastra.sync.Conflict;
import softadastra.sync.FailedOperation;
import softadastra.sync.OpenFence;
import softadastra.sync.PeerState;
import softadastra.sync.RejectionCode;
import softadastra.sync.SyncReport;
import softadastra.sync.SyncStage;
import softadastra.sync.SyncState;
import softadastra.sync.TickResult;
import softadastra.sync.TransportLink;

/** The binary form of what is told of synchronisation. */
final class SyncWire {

    private SyncWire() {}

    static void writeNode(ByteWriter out, NodeId node) {
        out.writeUtf8(node.value());
    }

    static NodeId readNode(ByteReader in) {
        return NodeId.of(in.readUtf8(NodeId.MAX_LENGTH)).orElseThrow();
    }

    static void writeId(ByteWriter out, OperationId id) {
        writeNode(out, id.node());
        out.writeLong(id.epoch());
        out.writeVarint(id.counter());
    }

    static OperationId readId(ByteReader in) {
        return new OperationId(readNode(in), in.readLong(), in.readVarint(Long.MAX_VALUE));
    }

    static void writeTick(ByteWriter out, TickResult result) {
        out.writeVarint(result.peers());
        out.writeVarint(result.moved());
        out.writeVarint(result.outboxSize());
    }

    static TickResult readTick(ByteReader in) {
        return new TickResult((int) in.readVarint(Integer.MAX_VALUE), in.readVarint(), in.readVarint());
    }

    static void writeUnresolved(ByteWriter out, Unresolved unresolved) {
        writeConflict(out, unresolved.conflict());
        out.writeVarint(unresolved.sequence());
    }

    static Unresolved readUnresolved(ByteReader in) {
        return new Unresolved(readConflict(in), in.readVarint(Long.MAX_VALUE));
    }

    private static void writeConflict(ByteWriter out, Conflict conflict) {
        StoreWire.writeKey(out, conflict.key());
        writeId(out, conflict.winner());
        writeId(out, conflict.loser());
        out.writeLong(conflict.loserStamp().packed());
        Wire.writeOptional(out, conflict.lost(), StoreWire::writeValue);
    }

    private static Conflict readConflict(ByteReader in) {
        return new Conflict(
                StoreWire.readKey(in),
                readId(in),
                readId(in),
                HybridTimestamp.ofPacked(in.readLong()),
                Wire.readOptional(in, StoreWire::readValue));
    }

    static void writeFailed(ByteWriter out, FailedOperation failed) {
        writeId(out, failed.id());
        StoreWire.writeKey(out, failed.key());
        Wire.writeFlag(out, failed.removal());
        out.writeLong(failed.stamp().packed());
        writeNode(out, failed.peer());
        Wire.writeText(out, failed.code().name());
        Wire.writeText(out, failed.reason());
        out.writeLong(failed.since().toEpochMilli());
    }

    static FailedOperation readFailed(ByteReader in) {
        return new FailedOperation(
                readId(in),
                StoreWire.readKey(in),
                Wire.readFlag(in),
                HybridTimestamp.ofPacked(in.readLong()),
                readNode(in),
                RejectionCode.valueOf(Wire.readText(in)),
                Wire.readText(in),
                Instant.ofEpochMilli(in.readLong()));
    }

    static void writeReport(ByteWriter out, SyncReport report) {
        writeNode(out, report.node());
        out.writeLong(report.epoch());
        Wire.writeOptional(out, report.address(), Wire::writeText);
        out.writeVarint(report.entries());
        Wire.writeText(out, report.stage().name());
        writeState(out, report.state());
        Wire.writeList(out, report.peers(), SyncWire::writePeer);
        Wire.writeList(out, report.openFences(), SyncWire::writeFence);
        Wire.writeList(out, report.links(), SyncWire::writeLink);
        out.writeVarint(report.conflicts());
        out.writeVarint(report.conflictsDropped());
        out.writeVarint(report.malformed());
        Wire.writeOptional(out, report.malformedProblem(), Wire::writeText);
        out.writeVarint(report.clockAnomalies());
        out.writeVarint(report.forks());
        Wire.writeList(out, report.subscription(), Wire::writeText);
        Wire.writeOptional(out, report.failure(), Wire::writeError);
    }

    static SyncReport readReport(ByteReader in) {
        return new SyncReport(
                readNode(in),
                in.readLong(),
                Wire.readOptional(in, Wire::readText),
                in.readVarint(),
                SyncStage.valueOf(Wire.readText(in)),
                readState(in),
                Wire.readList(in, SyncWire::readPeer),
                Wire.readList(in, SyncWire::readFence),
                Wire.readList(in, SyncWire::readLink),
                in.readVarint(),
                in.readVarint(),
                in.readVarint(),
                Wire.readOptional(in, Wire::readText),
                in.readVarint(),
                in.readVarint(),
                Wire.readList(in, Wire::readText),
                Wire.readOptional(in, Wire::readError));
    }

    private static void writeState(ByteWriter out, SyncState state) {
        out.writeVarint(state.outboxSize());
        out.writeVarint(state.queuedCount());
        out.writeVarint(state.inFlightCount());
        out.writeVarint(state.acknowledgedCount());
        out.writeVarint(state.failedCount());
        out.writeVarint(state.pendingCount());
        out.writeVarint(state.totalRetries());
    }

    private static SyncState readState(ByteReader in) {
        return new SyncState(
                in.readVarint(),
                in.readVarint(),
                in.readVarint(),
                in.readVarint(),
                in.readVarint(),
                in.readVarint(),
                in.readVarint());
    }

    private static void writePeer(ByteWriter out, PeerState peer) {
        writeNode(out, peer.node());
        Wire.writeOptional(out, peer.address(), Wire::writeText);
        Wire.writeFlag(out, peer.up());
        out.writeVarint(peer.behind());
        out.writeVarint(peer.ahead());
        out.writeVarint(peer.inFlight());
        out.writeVarint(peer.retries());
        Wire.writeOptional(out, peer.heardMillisAgo());
        Wire.writeOptional(out, peer.clockOffsetMillis());
        Wire.writeList(out, peer.subscription(), Wire::writeText);
    }

    private static PeerState readPeer(ByteReader in) {
        return new PeerState(
                readNode(in),
                Wire.readOptional(in, Wire::readText),
                Wire.readFlag(in),
                in.readVarint(),
                in.readVarint(),
                in.readVarint(),
                in.readVarint(),
                Wire.readOptionalLong(in),
                Wire.readOptionalLong(in),
                Wire.readList(in, Wire::readText));
    }

    private static void writeFence(ByteWriter out, OpenFence fence) {
        writeNode(out, fence.fenced().node());
        out.writeLong(fence.fenced().epoch());
        Wire.writeList(out, fence.waitsFor(), SyncWire::writeNode);
    }

    private static OpenFence readFence(ByteReader in) {
        return new OpenFence(new Origin(readNode(in), in.readLong()), Wire.readList(in, SyncWire::readNode));
    }

    private static void writeLink(ByteWriter out, TransportLink link) {
        Wire.writeText(out, link.address());
        Wire.writeOptional(out, link.node(), SyncWire::writeNode);
        Wire.writeFlag(out, link.up());
        Wire.writeOptional(out, link.problem(), Wire::writeText);
    }

    private static TransportLink readLink(ByteReader in) {
        return new TransportLink(
                Wire.readText(in),
                Wire.readOptional(in, SyncWire::readNode),
                Wire.readFlag(in),
                Wire.readOptional(in, Wire::readText));
    }
}

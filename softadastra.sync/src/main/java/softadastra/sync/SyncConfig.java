package softadastra.sync;

import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.Result;
import softadastra.core.Unit;

/**
 * How a node synchronises. Immutable; each {@code with...} answers a changed copy.
 *
 * <p>This release has neither a transport nor a way to discover peers: asking for one fails when the engine is opened, and
 * says what is missing. Local work needs neither.
 *
 * @param transport whether to exchange operations with peers
 * @param discovery whether to look for peers
 */
public record SyncConfig(boolean transport, boolean discovery) {

    /**
     * Tracks what is written here, and talks to nobody.
     *
     * @return the configuration
     */
    public static SyncConfig local() {
        return new SyncConfig(false, false);
    }

    /**
     * With {@link #transport} set.
     *
     * @param value whether to exchange operations with peers
     * @return the changed copy
     */
    public SyncConfig withTransport(boolean value) {
        return new SyncConfig(value, discovery);
    }

    /**
     * With {@link #discovery} set.
     *
     * @param value whether to look for peers
     * @return the changed copy
     */
    public SyncConfig withDiscovery(boolean value) {
        return new SyncConfig(transport, value);
    }

    /**
     * Whether what is asked for is there. It needs no store, so it can be asked before one is opened.
     *
     * @return ok, or PROVIDER_MISSING naming what to add
     */
    @CheckReturnValue
    public Result<Unit> available() {
        if (transport) {
            return Result.err(
                    ErrorCode.PROVIDER_MISSING,
                    "no sync transport: add the jar of a sync transport provider to the module path; "
                            + "this release comes with none, so leave transport off; found: []");
        }
        if (discovery) {
            return Result.err(
                    ErrorCode.PROVIDER_MISSING,
                    "no peer discovery: add the jar of a peer discovery provider to the module path; "
                            + "this release comes with none, so leave discovery off; found: []");
        }
        return Result.ok();
    }
}

package softadastra.sync;

import softadastra.core.NodeId;
import softadastra.core.Result;

/** What a transport may ask of the node it works for. Thread-safe. */
public interface TransportHost {

    /**
     * Who the node is.
     *
     * @return its id
     */
    NodeId node();

    /**
     * The largest message the node sends or understands, in bytes. Of a longer one nothing needs to be kept.
     *
     * @return the bound
     */
    int maxMessageBytes();

    /**
     * How the node is getting on, for a status page. It may read the log, so it is not for the path of messages.
     *
     * @return the report, or an error of the log, or INVALID_STATE once the node has closed
     */
    Result<SyncReport> report();
}

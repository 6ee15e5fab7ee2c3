-- Sends one body again and again, and prints what came of it as one line of JSON.
-- Arguments: the body's file, its content type, and a pause in milliseconds for each connection.
local pause = 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  wrk.method = "POST"
  wrk.body = file:read("*all")
  wrk.headers["Content-Type"] = args[2]
  pause = tonumber(args[3] or "0")
  file:close()
end

function delay()
  -- Spread, so that connections do not come all at once.
  return pause > 0 and math.random(0, 2 * pause) or 0
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nJSON {"requests": %d, "seconds": %.4f, "p50": %.3f, "p99": %.3f, "refused": %d, "lost": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end

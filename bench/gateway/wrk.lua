-- Requests with one of many tokens each, in turn; the sum is one line of JSON.
-- wrk ... -s wrk.lua URL -- FILE_OF_TOKENS
local requests, number = {}, 0

function init(args)
    for token in io.lines(args[1]) do
        requests[#requests + 1] = wrk.format("GET", nil, { Host = "bench", Authorization = "Bearer " .. token })
    end
end

function request()
    number = number % #requests + 1
    return requests[number]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        '\n{"requests": %d, "refused": %d, "broken": %d, "p50_us": %d}\n',
        summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50)
    ))
end

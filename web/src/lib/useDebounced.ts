import { useEffect, useState } from 'react';

/** The value as it was when it had rested for `delayMs`. */
export function useDebounced<Value>(value: Value, delayMs = 350): Value {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => {
      setRested(value);
    }, delayMs);
    return () => {
      clearTimeout(timer);
    };
  }, [value, delayMs]);
  return rested;
}

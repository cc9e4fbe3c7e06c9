import { isRandom } from "../checks.ts";
import { type Rule, token } from "../rule.ts";

/** Providers of models and what is built around them. */
export const aiRules: readonly Rule[] = [
  token(
    "openai-key",
    "an OpenAI API key",
    "sk-",
    "(?:(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{40,200}|[A-Za-z0-9]{48}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})",
    { check: isRandom, inRun: true },
  ),
  token(
    "anthropic-key",
    "an Anthropic API key",
    "sk-ant-",
    "(?:api|admin|oat|ort|sid)[0-9]{2}-[A-Za-z0-9_-]{40,200}",
    {
      minEntropy: 2,
    },
  ),
  token("openrouter-key", "an OpenRouter API key", "sk-or-v1-", "[a-f0-9]{64}"),
  token("deepseek-key", "a key of a model provider", "sk-", "[a-f0-9]{32}", { check: isRandom, inRun: true }),
  token("elevenlabs-key", "an ElevenLabs API key", "sk_", "[a-f0-9]{48}", { check: isRandom, inRun: true }),
  token("huggingface-token", "a Hugging Face token", ["hf_", "api_org_"], "[A-Za-z0-9]{34,40}", {
    minEntropy: 2,
  }),
  token("replicate-token", "a Replicate token", "r8_", "[A-Za-z0-9]{37}"),
  token("perplexity-key", "a Perplexity API key", "pplx-", "[A-Za-z0-9]{48,56}"),
  token("xai-key", "an xAI API key", "xai-", "[A-Za-z0-9]{80}"),
  token("groq-key", "a Groq API key", "gsk_", "[A-Za-z0-9]{52}"),
  token("cerebras-key", "a Cerebras API key", "csk-", "[a-z0-9]{48}"),
  token("nvidia-key", "an NVIDIA API key", "nvapi-", "[A-Za-z0-9_-]{60,70}"),
  token("fireworks-key", "a Fireworks API key", "fw_", "[A-Za-z0-9]{22,24}", {
    keywords: ["fw_"],
    check: isRandom,
  }),
  token("together-key", "a Together API key", "tgp_v1_", "[A-Za-z0-9_-]{43}"),
  token("voyage-key", "a Voyage API key", "pa-", "[A-Za-z0-9_-]{43}", { check: isRandom, inRun: true }),
  token("tavily-key", "a Tavily API key", "tvly-", "[A-Za-z0-9-]{20,48}", { check: isRandom }),
  token("pinecone-key", "a Pinecone API key", "pcsk_", "[A-Za-z0-9]{5,8}_[A-Za-z0-9]{60,66}"),
  token("langsmith-key", "a LangSmith API key", "lsv2_", "(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
  token("langfuse-key", "a Langfuse secret key", "sk-lf-", "[a-f0-9]{8}(?:-[a-f0-9]{4}){3}-[a-f0-9]{12}"),
  token("logfire-token", "a Logfire token", "pylf_v", "[0-9]_[a-z]{2}_[A-Za-z0-9]{43}"),
  token("runpod-key", "a RunPod API key", "rpa_", "[A-Z0-9]{40}[A-Za-z0-9]{2,6}"),
  token("modal-token", "a Modal token secret", "as-", "[A-Za-z0-9]{22}", { check: isRandom }),
  token("apify-token", "an Apify token", "apify_api_", "[A-Za-z0-9]{36}"),
  token("wandb-key", "a Weights & Biases API key", "wandb_v1_", "[A-Za-z0-9_-]{60,90}"),
];
